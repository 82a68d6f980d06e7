// Is there a connection? What is sent and what is heard tell it here; the browser's own word counts where it says no.

// The header that only our server sends: which copy of the data it is.
export const INSTANCE = "Marktplatz-Instance";

let isLost = false;

export const lose = () => (isLost = true);
export const find = () => (isLost = false);
export const isAlone = () => isLost || navigator.onLine === false;
