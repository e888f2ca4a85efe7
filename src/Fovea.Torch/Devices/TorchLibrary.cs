using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Fovea.Simd.Drivers;
using TorchSharp;

namespace Fovea.Torch;

/// <summary>
/// The native library of libtorch. Nothing of it is loaded before it is asked for. It is looked for where .NET looks for a program's native
/// libraries, where the package <c>TorchSharp-cpu</c> puts it; a program that has none there takes it from the folder that the variable
/// <see cref="FolderVariable"/> names, in which all of its files lie beside each other.
/// </summary>
public static class TorchLibrary
{
    /// <summary>The variable of the environment that names a folder with the library.</summary>
    public const string FolderVariable = "FOVEA_LIBTORCH";

    private const string Binding = "LibTorchSharp";

    // The binding finds it beside itself where programs are put together, and loaded already where packages lie apart.
    internal const string Engine = "torch_cpu";

    private const string Gpu = "torch_cuda";

    private static readonly Lazy<string?> s_problem = new(() => Find(Environment.GetEnvironmentVariable(FolderVariable)));

    /// <summary>Whether the library is there and loads; asking loads it.</summary>
    public static bool IsAvailable => Problem is null;

    /// <summary>Why the library does not load; null when it does.</summary>
    public static string? Problem => s_problem.Value;

    /// <summary>The version of libtorch that the binding was made for, such as <c>2.10.0</c>; asking loads the library.</summary>
    /// <exception cref="TorchException">It is not there, or does not load.</exception>
    public static string Version
    {
        get
        {
            Load();
            return torch.__version__;
        }
    }

    /// <summary>Loads the library, and gives it as many threads as our own engine has.</summary>
    /// <exception cref="TorchException">It is not there, or does not load.</exception>
    public static void Load()
    {
        if (Problem is { } problem)
        {
            throw new TorchException(problem);
        }

        int threads = ParallelPool.Threads;
        if (torch.get_num_threads() != threads)
        {
            torch.set_num_threads(threads);
        }
    }

    /// <summary>Loads what computes on GPUs of NVIDIA as well.</summary>
    /// <exception cref="TorchException">The library is not there, or it sees no such GPU.</exception>
    internal static void LoadCuda()
    {
        Load();
        string? folder = Environment.GetEnvironmentVariable(FolderVariable);
        if (!string.IsNullOrEmpty(folder) && File.Exists(FileOf(folder, Gpu)))
        {
            NativeLibrary.Load(FileOf(folder, Gpu));
        }

        if (!torch.TryInitializeDeviceType(DeviceType.CUDA))
        {
            throw new TorchException("expected a GPU that libtorch can compute on, got none: the machine has none, its driver is not there, or the native library is of the processor alone; "
                + $"add TorchSharp-cuda-linux or TorchSharp-cuda-windows in place of TorchSharp-cpu, or compute on the processor (torch:{TorchDevice.Processor}).");
        }
    }

    /// <summary>Loads the library.</summary>
    /// <param name="folder">Where it may be beside the program's own places; null or empty for nowhere.</param>
    /// <returns>Why it does not load; null when it does.</returns>
    internal static string? Find(string? folder)
    {
        Assembly managed = typeof(torch).Assembly;
        try
        {
            // Two copies in one process abort it, and the binding looks beside the program by itself: what is there is what counts.
            if (string.IsNullOrEmpty(folder) || IsBesideTheProgram())
            {
                LoadBesideTheProgram(managed);
                Prepare();
                return null;
            }

            if (!File.Exists(FileOf(folder, Binding)))
            {
                return $"expected {FolderVariable} to name a folder with {Path.GetFileName(FileOf(folder, Binding))} and libtorch's libraries, got {folder}; name another, or none.";
            }

            // By their paths: systems have libtorchs of other versions where bare names are looked for. A name that is loaded is found again.
            AssemblyLoadContext.GetLoadContext(managed)!.ResolvingUnmanagedDll += (_, name) =>
                File.Exists(FileOf(folder, name)) ? NativeLibrary.Load(FileOf(folder, name)) : 0;
            NativeLibrary.Load(FileOf(folder, Engine));
            NativeLibrary.Load(FileOf(folder, Binding));
            Prepare();
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return $"expected its native library beside the program, or in the folder that {FolderVariable} names, got none that loads; add the package TorchSharp-cpu to the "
                + $"program, in the version of TorchSharp ({managed.GetName().Version?.ToString(3)}), or name such a folder. The system says: {Reason(e.Message)}";
        }
    }

    private static void Prepare()
    {
        TorchContext.TurnOffNnpack();
        HeapMemory.Keep();
    }

    private static bool IsBesideTheProgram() => ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append(AppContext.BaseDirectory).Any(place => File.Exists(FileOf(place, Binding)));

    private static void LoadBesideTheProgram(Assembly managed)
    {
        if (!NativeLibrary.TryLoad(Binding, managed, null, out _))
        {
            NativeLibrary.TryLoad(Engine, managed, null, out _);
            NativeLibrary.Load(Binding, managed, null);
        }
    }

    private static string FileOf(string folder, string library) => Path.Combine(
        folder, OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so");

    // The runtime lists general advice and all the places in which it looked; what was found and did not load is what matters.
    private static string Reason(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.FirstOrDefault(l => l.Contains("undefined", StringComparison.Ordinal) || (l.Contains("version", StringComparison.Ordinal) && l.Contains("not found", StringComparison.Ordinal)))
            ?? $"{lines[0].Split(". ")[0].TrimEnd('.')}.";
    }
}
