"""Values that broke services like this one, sent for every field of every body."""

from typing import Any, Final

BEYOND: Final = "x" * 20_000

HOSTILE: Final[dict[str, Any]] = {
    # Numbers.
    "zero": 0,
    "minus one": -1,
    "2**31 - 1": 2**31 - 1,
    "2**31": 2**31,
    "2**53 + 1": 2**53 + 1,
    "2**63 - 1": 2**63 - 1,
    "2**63": 2**63,
    "-2**63 - 1": -(2**63) - 1,
    "2**64": 2**64,
    "200 digits": 10**200,
    "a fraction": 0.5,
    "one as a float": 1.0,
    "minus zero": -0.0,
    "the largest float": 1.7976931348623157e308,
    "a tiny float": 5e-324,
    # Words that are something else in other languages.
    "true": True,
    "false": False,
    "null": None,
    "one as text": "1",
    "true as text": "true",
    "null as text": "null",
    "nan as text": "NaN",
    "infinity as text": "Infinity",
    # Texts.
    "empty": "",
    "a blank": " ",
    "a tab": "\t",
    "line breaks": "\r\n",
    "no width": "\u200b\u200d\ufeff",
    "a no-break space": "\u00a0",
    "NUL": "a\u0000b",
    "a bell": "a\u0007b",
    "escape": "\u001b[31mrot",
    "C1 control": "a\u0085b",
    "turned around": "a\u202egnp.exe",
    "not a character": "\uffff",
    "combining marks": "Z" + "\u0301" * 200,
    "an emoji of several parts": "👩‍👩‍👧‍👦",
    "beyond the first plane": "𝕄𝔞𝔯𝔨𝔱",
    "right to left": "سوق",
    "markup": "<script>alert(1)</script>",
    "a template": "{{7*7}}${7*7}<%= 7 %>",
    "a quote": "'; DROP TABLE market; --",
    "a wildcard": "%_\\",
    "a path": "../../etc/passwd",
    "an address": "https://x.example/?a=b#c",
    "a formula": '=HYPERLINK("https://x.example")',
    "a formula behind blanks": "  @SUM(1)",
    "too long": BEYOND,
    "a space at the end": "bank ",
    # Days.
    "year 1": "0001-01-01",
    "year 9999": "9999-12-31",
    "no such day": "2027-02-30",
    "with a zone": "2027-01-01T00:00:00+14:00",
    "a day as seconds": 1_800_000_000,
    # Shapes.
    "an empty list": [],
    "a list in a list": [[]],
    "a list of null": [None],
    "a list of numbers": [1, 2],
    "a long list": ["x"] * 2_000,
    "an empty object": {},
    "an object": {"id": "x", "__proto__": {"a": 1}},
    "deep": [[[[[[[[[[1]]]]]]]]]],
}
"""What a Python program can write as JSON; the rest stands in RAW."""

RAW: Final[dict[str, str]] = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "minus Infinity": "-Infinity",
    "beyond all floats": "1e999",
    "5,000 digits": "9" * 5000,
    "half a character": '"\\ud800"',
    "the other half": '"a\\udc00"',
    "very deep": "[" * 100_000 + "]" * 100_000,
    "a leading zero": "01",
    "a single quote": "'x'",
    "nothing": "",
}
"""Not JSON, or at its edge: never accepted."""
