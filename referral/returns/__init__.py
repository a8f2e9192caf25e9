"""The way back: a hospital sends the patient to her centre with a plan, and somebody there takes her over."""
