"""The demonstration of Xicheng: real institutions, invented people, loaded through the product's own use cases."""
