"""What users get: who asks for what, which calls are carried, and why others are not."""
