"""TLC-FI, the interface of Dutch and Flemish intelligent traffic lights (iVRI): an application, and a virtual TLC."""
