"""Papers as tagged PDF: values in, bytes out, the same bytes every time. Words come from `wording`, the looks from `templates`."""
