using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Fovea.Distributed;

/// <summary>
/// The functions of MPI's C interface that point-to-point messages need. A handle (communicator, data type, request) is an address in Open MPI and a 32-bit number in MPICH and
/// those that share its ABI; both travel in a register as wide as an address, so one declaration serves.
/// </summary>
[SuppressMessage("Interoperability", "SYSLIB1054", Justification = "Generated marshalling is unsafe code, which lives in Fovea.Simd only; these arguments need none.")]
internal static class MpiFunctions
{
    /// <summary>A name that no file has: <see cref="MpiLibrary"/> says which library it is.</summary>
    public const string Library = "fovea-mpi";

    [DllImport(Library)]
    public static extern int MPI_Init_thread(nint argc, nint argv, int required, out int provided);

    [DllImport(Library)]
    public static extern int MPI_Comm_rank(nint communicator, out int rank);

    [DllImport(Library)]
    public static extern int MPI_Comm_size(nint communicator, out int size);

    [DllImport(Library)]
    public static extern int MPI_Comm_set_errhandler(nint communicator, nint handler);

    [DllImport(Library)]
    public static extern int MPI_Isend(in byte values, int count, nint type, int to, int tag, nint communicator, ref nint request);

    [DllImport(Library)]
    public static extern int MPI_Irecv(ref byte values, int count, nint type, int from, int tag, nint communicator, ref nint request);

    [DllImport(Library)]
    public static extern int MPI_Test(ref nint request, out int isDone, nint status);

    [DllImport(Library)]
    public static extern int MPI_Error_string(int code, ref byte text, out int length);

    [DllImport(Library)]
    public static extern int MPI_Abort(nint communicator, int code);

    [DllImport(Library)]
    public static extern int MPI_Finalize();
}
