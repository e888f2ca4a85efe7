using System.CommandLine;
using Fovea.Torch;

namespace Fovea.Cli.Devices;

/// <summary><c>--device</c>: the engine that computes, and on what.</summary>
internal static class DeviceFlag
{
    /// <summary>Our own engine, on the processor.</summary>
    public const string Cpu = "cpu";

    /// <summary>libtorch, on the processor.</summary>
    public const string TorchCpu = "torch:cpu";

    public static Option<string> Create()
    {
        var device = new Option<string>("--device")
        {
            Description = "What computes: cpu, our own engine, or torch:cpu, libtorch, whose native library is beside the program or in the folder of the variable "
                + $"{TorchLibrary.FolderVariable}.",
            DefaultValueFactory = _ => Cpu,
        };
        device.AcceptOnlyFromAmong(Cpu, TorchCpu);
        return device;
    }

    /// <summary>Whether libtorch is asked for; then it is loaded.</summary>
    /// <exception cref="TorchException">It is not there.</exception>
    public static bool IsTorch(string device)
    {
        if (device == Cpu)
        {
            return false;
        }

        TorchLibrary.Load();
        return true;
    }
}
