"""What the people who run the centre see of the processes: health, figures, logs. Nothing in here is personal."""
