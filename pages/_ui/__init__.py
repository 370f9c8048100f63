"""What pages share: the choices and their link, caches, widgets, ways of showing, the frame."""
