"""The process that computes: PyTorch kernels behind the contract of src/protocol."""
