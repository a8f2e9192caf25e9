"""The register of institutions: what each is, has and says of itself."""
