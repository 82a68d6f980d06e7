// What makes pages better where JavaScript runs: they all work without. One small module a concern, begun here.

import { begin as beginAgreements } from "./agreement.js";
import { begin as beginAhead } from "./ahead.js";
import { begin as beginCopying } from "./copy.js";
import { begin as beginDrafts } from "./drafts.js";
import { begin as beginHash } from "./hash.js";
import { begin as beginHints } from "./hints.js";
import { begin as beginPolling } from "./poll.js";
import { begin as beginPrinting, reveal } from "./printing.js";
import { begin as beginPulse, follow } from "./pulse.js";
import { begin as beginQueue } from "./queue.js";
import { begin as beginSwaps, moveFocus } from "./swap.js";
import { begin as beginTyping } from "./typing.js";
import { begin as beginWorker } from "./worker_care.js";

beginAgreements(document);
beginAhead(document);
beginCopying(document);
beginHash(document);
beginDrafts(document);
beginHints(document);
beginPolling(document);
beginPrinting(document);
beginPulse(document);
beginQueue(document);
beginSwaps(document);
beginTyping(document);
beginWorker(document);
// Who has begun already, before we were here, is not interrupted.
if (document.activeElement === null || document.activeElement === document.body) moveFocus(document);

document.addEventListener("swapped", (event) => {
  beginAgreements(event.target);
  beginDrafts(event.target);
  beginHints(event.target);
  beginPolling(event.target);
  reveal(event.target);
  follow();
});
