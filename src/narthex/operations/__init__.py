"""What whoever runs the server asks it: does it live, is it ready, what does it count. Owns no table; the edge mounts
its handlers outside of every tenant."""
