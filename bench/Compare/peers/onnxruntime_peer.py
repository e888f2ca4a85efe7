"""ONNX Runtime's side of the comparison, through its C API, so that nothing but the run itself is timed: no binding, no copies.

    onnxruntime_peer.py PATH_TO_LIBONNXRUNTIME

The C API is a table of functions whose order never changes; the numbers below are places in it.
"""

import ctypes
import os
import sys
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_size_t, c_void_p

import numpy as np

import lines

GET_ERROR_MESSAGE, CREATE_ENV, CREATE_SESSION, RUN, CREATE_SESSION_OPTIONS = 2, 3, 7, 9, 10
SET_OPTIMIZATION_LEVEL, SET_INTRA_OP_THREADS, TENSOR_WITH_DATA = 23, 24, 49
TENSOR_TYPE_AND_SHAPE, DIMENSIONS_COUNT, DIMENSIONS, CPU_MEMORY_INFO = 65, 61, 62, 69
RELEASE_SESSION, RELEASE_VALUE, RELEASE_SHAPE, RELEASE_SESSION_OPTIONS, ADD_CONFIG = 95, 96, 99, 100, 130
API_VERSION, WARNINGS_OFF, FLOAT, OPTIMIZE_ALL, ARENA, DEFAULT_MEMORY = 17, 3, 1, 99, 1, 0


class Base(ctypes.Structure):
    _fields_ = [("get_api", ctypes.CFUNCTYPE(c_void_p, ctypes.c_uint32)), ("version", ctypes.CFUNCTYPE(c_char_p))]


class Api:
    def __init__(self, path):
        library = ctypes.CDLL(path)
        library.OrtGetApiBase.restype = POINTER(Base)
        base = library.OrtGetApiBase().contents
        self.version = base.version().decode()
        self.table = ctypes.cast(base.get_api(API_VERSION), POINTER(c_void_p))
        self.message = self.function(GET_ERROR_MESSAGE, c_char_p, c_void_p)
        self.env = self.make(CREATE_ENV, c_int(WARNINGS_OFF), c_char_p(b"compare"))
        self.memory = self.make(CPU_MEMORY_INFO, c_int(ARENA), c_int(DEFAULT_MEMORY))

    def function(self, place, result, *arguments):
        return ctypes.CFUNCTYPE(result, *arguments)(self.table[place])

    def call(self, place, *arguments):
        kinds = [type(a) if isinstance(a, ctypes._SimpleCData) else c_void_p for a in arguments]  # the others are handed over by address
        self.check(self.function(place, c_void_p, *kinds)(*arguments))

    def check(self, status):
        if status:
            raise RuntimeError(self.message(status).decode())

    def make(self, place, *arguments):
        made = c_void_p()
        self.call(place, *arguments, byref(made))
        return made

    def release(self, place, value):
        self.function(place, None, c_void_p)(value)


class Work:
    """One session, with input and output in memory that is handed over once."""

    def __init__(self, api, threads, folder):
        self.api = api
        options = api.make(CREATE_SESSION_OPTIONS)
        api.call(SET_OPTIMIZATION_LEVEL, options, c_int(OPTIMIZE_ALL))
        api.call(SET_INTRA_OP_THREADS, options, c_int(threads))
        api.call(ADD_CONFIG, options, c_char_p(b"session.intra_op.allow_spinning"), c_char_p(b"1"))
        self.session = api.make(CREATE_SESSION, api.env, c_char_p(os.path.join(folder, "model.onnx").encode()), options)
        api.release(RELEASE_SESSION_OPTIONS, options)
        self.x = np.ascontiguousarray(np.load(os.path.join(folder, "data.npz"))["x"])
        self.input = self.tensor(self.x)
        self.output = c_void_p()
        self.names = (c_char_p * 1)(b"x"), (c_char_p * 1)(b"y")
        self.run = api.function(RUN, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p)
        self.bind()  # the first run makes the output, and so tells its shape
        self.y = np.empty(self.shape_of(self.output), np.float32)
        api.release(RELEASE_VALUE, self.output)
        self.output = self.tensor(self.y)
        self.bind()
        self.checks = {"onnxruntime": {"y": lines.sample(self.y)}}
        self.steps = {"onnxruntime": self.step}

    def bind(self):
        self.inputs, self.outputs = (c_void_p * 1)(self.input), (c_void_p * 1)(self.output)
        self.arguments = (self.session, None, self.names[0], self.inputs, 1, self.names[1], 1, self.outputs)
        self.step()
        self.output = c_void_p(self.outputs[0])

    def step(self):
        status = self.run(*self.arguments)
        if status:
            self.api.check(status)

    def tensor(self, array):
        shape = (c_int64 * array.ndim)(*array.shape)
        return self.api.make(TENSOR_WITH_DATA, self.api.memory, c_void_p(array.ctypes.data), c_size_t(array.nbytes), shape, c_size_t(array.ndim), c_int(FLOAT))

    def shape_of(self, value):
        info, rank = self.api.make(TENSOR_TYPE_AND_SHAPE, value), c_size_t()
        self.api.call(DIMENSIONS_COUNT, info, byref(rank))
        shape = (c_int64 * rank.value)()
        self.api.call(DIMENSIONS, info, shape, c_size_t(rank.value))
        self.api.release(RELEASE_SHAPE, info)
        return tuple(shape)

    def __del__(self):
        if hasattr(self, "session"):
            for value in (self.input, self.output):
                self.api.release(RELEASE_VALUE, value)
            self.api.release(RELEASE_SESSION, self.session)


def main():
    api, threads = Api(sys.argv[1]), [1]

    def set_threads(count):
        threads[0] = count

    lines.serve({"name": "ONNX Runtime", "version": api.version, "host": "C API"}, set_threads, lambda folder, *_: Work(api, threads[0], folder))


if __name__ == "__main__":
    main()
