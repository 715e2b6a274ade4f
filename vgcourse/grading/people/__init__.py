"""Who is in a class and until when: due dates, extensions, late days, groups, all from one plain file."""
