"""What computes: NumPy on the CPU or CuPy on a GPU, with the same kernels by name."""
