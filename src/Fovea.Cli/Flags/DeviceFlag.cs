using Fovea.Torch;

namespace Fovea.Cli.Flags;

/// <summary><c>--device</c>: the engine that computes, and on what.</summary>
internal static class DeviceFlag
{
    /// <summary>Our own engine, on the processor.</summary>
    public const string Cpu = "cpu";

    private static readonly TorchEngine s_torch = new();
    private static readonly FlagValue<Named> s_value = FlagValues.OneOf([new Named(Cpu, null), new Named(s_torch.Name, s_torch)], d => d.Name);

    /// <summary>Adds the flag.</summary>
    /// <param name="flags">The flags of a verb.</param>
    /// <param name="set">The options with an engine; null for our own.</param>
    public static FlagSet<T> Device<T>(this FlagSet<T> flags, Func<T, IModuleEngine?, T> set) => flags.Add(
        "--device", s_value,
        $"What computes: {Cpu} (default), our own engine, or {s_torch.Name}, libtorch, whose native library is beside the program or in the folder of the variable {TorchLibrary.FolderVariable}.",
        (o, v) => set(o, v.Engine));

    private sealed record Named(string Name, IModuleEngine? Engine);
}
