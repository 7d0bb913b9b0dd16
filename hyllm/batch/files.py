"""Offline batch files: open requests out to an endpoint's Batch API or an offline runner, and answers back in."""

from hyllm.batch._files_out import OutFile, find_files, jobs_out, out_files, take_back
from hyllm.batch._files_read import take_answers
from hyllm.batch._files_remote import Fetched, check_submittable, fetch, submit
from hyllm.batch._files_taken import Taken
from hyllm.batch._files_write import WriteOptions, Written, WrittenFile, finish_interrupted, write_files

__all__ = [
    "Fetched",
    "OutFile",
    "Taken",
    "WriteOptions",
    "Written",
    "WrittenFile",
    "check_submittable",
    "fetch",
    "find_files",
    "finish_interrupted",
    "jobs_out",
    "out_files",
    "submit",
    "take_answers",
    "take_back",
    "write_files",
]
