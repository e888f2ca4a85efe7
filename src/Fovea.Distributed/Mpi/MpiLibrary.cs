using System.Reflection;
using System.Runtime.InteropServices;

namespace Fovea.Distributed;

/// <summary>
/// The MPI of this machine, found when it is asked for. Two ABIs are in use: Open MPI's, whose handles are addresses of symbols of the library, and that of MPICH, Intel MPI, MVAPICH
/// and MS-MPI, whose handles are numbers.
/// </summary>
internal sealed class MpiLibrary
{
    /// <summary>Names the library when it lies where nobody looks.</summary>
    public const string PathVariable = "FOVEA_MPI";

    private static readonly string[] s_openMpi = ["libmpi.so.40", "libmpi.so.80", "libmpi.40.dylib", "libmpi.dylib"];
    private static readonly string[] s_mpich = ["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib", "msmpi.dll"];
    private static readonly Lock s_gate = new();
    private static MpiLibrary? s_loaded;

    private MpiLibrary(nint library)
    {
        Handle = library;
        if (NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out nint world))
        {
            (World, Byte, ErrorsReturn) = (world, NativeLibrary.GetExport(library, "ompi_mpi_byte"), NativeLibrary.GetExport(library, "ompi_mpi_errors_return"));
        }
        else
        {
            (World, Byte, ErrorsReturn, NoStatus) = (0x44000000, 0x4c00010d, 0x54000001, 1);
        }
    }

    /// <summary>The library, for the loader.</summary>
    public nint Handle { get; }

    /// <summary>MPI_COMM_WORLD.</summary>
    public nint World { get; }

    /// <summary>MPI_BYTE.</summary>
    public nint Byte { get; }

    /// <summary>MPI_ERRORS_RETURN: errors come back as codes instead of ending the process.</summary>
    public nint ErrorsReturn { get; }

    /// <summary>MPI_STATUS_IGNORE.</summary>
    public nint NoStatus { get; }

    /// <summary>Loads it, the first time.</summary>
    /// <param name="isOpenMpi">Whose launcher started this process: the same one's library has to be loaded, where several are installed.</param>
    /// <exception cref="MpiException">There is none.</exception>
    public static MpiLibrary Load(bool isOpenMpi)
    {
        lock (s_gate)
        {
            if (s_loaded is null)
            {
                s_loaded = new MpiLibrary(Open(isOpenMpi));
                NativeLibrary.SetDllImportResolver(
                    typeof(MpiLibrary).Assembly, (name, _, _) => name == MpiFunctions.Library ? s_loaded.Handle : nint.Zero);
            }

            return s_loaded;
        }
    }

    private static nint Open(bool isOpenMpi)
    {
        string? path = Environment.GetEnvironmentVariable(PathVariable);
        string[] names = !string.IsNullOrEmpty(path) ? [path] : isOpenMpi ? s_openMpi : s_mpich;
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, Assembly.GetExecutingAssembly(), null, out nint library))
            {
                return library;
            }
        }

        throw new MpiException(
            $"This process was started as one of several by an MPI launcher ({(isOpenMpi ? "Open MPI" : "MPICH or another with its ABI")}), and its library was not found (tried {string.Join(", ", names)}). "
            + $"Install it on every machine (on Debian: apt install {(isOpenMpi ? "openmpi-bin" : "mpich")}), or name it with {PathVariable}; to run one process alone, start it without the launcher.");
    }
}
