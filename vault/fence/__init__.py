"""What stands between a restored database and the world: nobody's right comes back, nothing is sent that belongs to the past."""
