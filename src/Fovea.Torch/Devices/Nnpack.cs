using System.Reflection;
using System.Runtime.InteropServices;

namespace Fovea.Torch;

/// <summary>
/// One of the libraries that libtorch computes small convolutions with. On processors that it does not know libtorch says so on the standard error stream with
/// every such convolution, whatever its level of logging, and the binding has no switch for it. libtorch itself has one, under C++ names of its ABI; where it
/// has not (on Windows the names are others), all stays as it is.
/// </summary>
internal static class Nnpack
{
    // at::globalContext() and at::Context::setUserEnabledNNPACK(bool).
    private const string Global = "_ZN2at13globalContextEv";
    private const string Switch = "_ZN2at7Context20setUserEnabledNNPACKEb";

    private delegate nint Context();

    private delegate void Enable(nint context, [MarshalAs(UnmanagedType.U1)] bool on);

    /// <summary>Has libtorch, which is loaded, compute without it.</summary>
    public static void TurnOff(Assembly managed)
    {
        if (NativeLibrary.TryLoad(TorchLibrary.Engine, managed, null, out nint engine)
            && NativeLibrary.TryGetExport(engine, Global, out nint context) && NativeLibrary.TryGetExport(engine, Switch, out nint enable))
        {
            Marshal.GetDelegateForFunctionPointer<Enable>(enable)(Marshal.GetDelegateForFunctionPointer<Context>(context)(), false);
        }
    }
}
