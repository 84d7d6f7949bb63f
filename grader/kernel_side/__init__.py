"""What runs inside the student's kernel: inputs in, arrays out.

It shares a process with hostile code, so nothing that it says is believed, it holds no secret, and it imports nothing
else of this package.
"""
