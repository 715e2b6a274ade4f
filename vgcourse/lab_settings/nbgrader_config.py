"""No settings of nbgrader's: a folder of lessons needs none, and a course has its own."""
