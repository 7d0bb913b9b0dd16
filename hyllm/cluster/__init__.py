"""An archive on many machines: shards, each with a store of its own, in one folder."""

from hyllm.cluster._cutting import cut_shards
from hyllm.cluster._drive import Driven, Driver
from hyllm.cluster._folder import Folder, open_folder
from hyllm.cluster._guard import Guard
from hyllm.cluster._identity import make_folder, open_shards, place_to_give, shown_place
from hyllm.cluster._joining import check_address, require_ray
from hyllm.cluster._mirror import bring_here
from hyllm.cluster._ray import Cluster
from hyllm.cluster._whole import (
    look_at_whole,
    lost_amounts,
    open_whole,
    publish_index,
    read_changed,
    refresh,
)
from hyllm.cluster._work import Work, clear_leftovers, work_in

__all__ = [
    "Cluster",
    "Driven",
    "Driver",
    "Folder",
    "Guard",
    "Work",
    "bring_here",
    "check_address",
    "clear_leftovers",
    "cut_shards",
    "look_at_whole",
    "lost_amounts",
    "make_folder",
    "open_folder",
    "open_shards",
    "open_whole",
    "place_to_give",
    "publish_index",
    "read_changed",
    "refresh",
    "require_ray",
    "shown_place",
    "work_in",
]
