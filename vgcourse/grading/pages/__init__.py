"""What instructors and students read: the report and the feedback, as HTML pages."""
