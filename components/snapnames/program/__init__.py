"""What the program of this repository adds to the components: releases, their source, dropped images."""
