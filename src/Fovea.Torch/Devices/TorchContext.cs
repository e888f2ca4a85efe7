using System.Runtime.InteropServices;

namespace Fovea.Torch;

/// <summary>
/// Switches that libtorch has and TorchSharp 0.107.0 has no call for. They are called in the library itself, under the C++ names of its ABI on Linux and macOS; on Windows the
/// names are others, and there are none.
/// </summary>
internal static class TorchContext
{
    // at::globalContext(), and of at::Context: setUserEnabledNNPACK(bool), setDeterministicAlgorithms(bool, bool), deterministicAlgorithms() const,
    // setDeterministicFillUninitializedMemory(bool).
    private const string Global = "_ZN2at13globalContextEv";
    private const string UserEnabledNnpack = "_ZN2at7Context20setUserEnabledNNPACKEb";
    private const string DeterministicAlgorithms = "_ZN2at7Context26setDeterministicAlgorithmsEbb";
    private const string AreDeterministicAlgorithms = "_ZNK2at7Context23deterministicAlgorithmsEv";
    private const string FillsUninitializedMemory = "_ZN2at7Context39setDeterministicFillUninitializedMemoryEb";

    // cuBLAS gives the same bits on every run where its workspaces are of a fixed size, which it reads when a GPU is first used.
    private const string CublasWorkspace = "CUBLAS_WORKSPACE_CONFIG";
    private const string FixedWorkspace = ":4096:8";

    private delegate nint Context();

    private delegate void Enable(nint context, [MarshalAs(UnmanagedType.U1)] bool on);

    private delegate void EnableOrWarn(nint context, [MarshalAs(UnmanagedType.U1)] bool on, [MarshalAs(UnmanagedType.U1)] bool onlyWarns);

    [return: MarshalAs(UnmanagedType.U1)]
    private delegate bool Ask(nint context);

    private delegate int SetVariable(string name, string value, int overwrite);

    /// <summary>
    /// Has libtorch compute without NNPACK, one of the libraries that it computes small convolutions with: on processors that it does not know libtorch says so on the standard
    /// error stream with every such convolution, whatever its level of logging.
    /// </summary>
    public static void TurnOffNnpack()
    {
        if (Find<Enable>(UserEnabledNnpack) is { } enable)
        {
            enable(Current(), false);
        }
    }

    /// <summary>Whether libtorch takes kernels that give the same bits on every run, where it has them.</summary>
    public static bool IsDeterministic => Find<Ask>(AreDeterministicAlgorithms) is { } ask && ask(Current());

    /// <summary>Has libtorch take kernels that give the same bits on every run where it has them, or the fastest ones. It warns of each op that it has none for.</summary>
    /// <exception cref="TorchException">The library of this system shows no such switch.</exception>
    public static void SetDeterministic(bool isOn)
    {
        if (isOn == IsDeterministic)
        {
            return;
        }

        if (Find<EnableOrWarn>(DeterministicAlgorithms) is not { } set)
        {
            throw new TorchException("expected a libtorch whose switch for deterministic kernels can be reached, got one that shows it under no name known here (on Windows it does not); leave Deterministic, or --deterministic, out.");
        }

        set(Current(), isOn, onlyWarns: true);

        // It would also fill all fresh memory with NaN, so that what reads it shows; a result is written whole before anybody reads it.
        Find<Enable>(FillsUninitializedMemory)?.Invoke(Current(), false);
        if (isOn && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "setenv", out nint address))
        {
            // .NET keeps variables of its own, which native code does not see.
            Marshal.GetDelegateForFunctionPointer<SetVariable>(address)(CublasWorkspace, FixedWorkspace, 0);
        }
    }

    private static nint Current() => Find<Context>(Global)!();

    private static T? Find<T>(string name)
        where T : Delegate => NativeLibrary.TryLoad(TorchLibrary.Engine, typeof(TorchSharp.torch).Assembly, null, out nint engine) && NativeLibrary.TryGetExport(engine, name, out nint address)
            ? Marshal.GetDelegateForFunctionPointer<T>(address)
            : null;
}
