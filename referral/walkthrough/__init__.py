"""The main job of the product, played through its own interface as people and programs would."""
