"""How the timetable is found: the hall as arrays, selection by flow, colouring into rounds, search, seating. No files, no clock."""
