"""Who suits whom, in whole points: one small function per criterion, one list of all (`table.CRITERIA`)."""
