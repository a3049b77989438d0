"""Files on their way in: taken at the door, read by a job, kept as activities."""
