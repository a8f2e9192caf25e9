"""The interface of institutions, departments and rights."""
