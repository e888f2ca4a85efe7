using Fovea.Torch;

namespace Fovea.Cli.Flags;

/// <summary><c>--device</c> and <c>--precision</c>: the engine that computes, on what, and in how many bits.</summary>
internal static class DeviceFlag
{
    /// <summary>Our own engine, on the processor.</summary>
    public const string Cpu = "cpu";

    private const string Torch = "torch:";
    private const string Name = "--device";
    private const string Precision = "--precision";

    private static readonly FlagValue<Named> s_device = new($"{Cpu}|{Torch}{Cpu}|cuda|cuda:N", Read, [Cpu, Torch + Cpu, "cuda"]);

    private static readonly FlagValue<(string Word, TorchPrecision Value)> s_precision = FlagValues.OneOf(
        [("float32", TorchPrecision.Float32), ("tf32", TorchPrecision.TensorFloat32), ("bfloat16", TorchPrecision.BFloat16), ("float16", TorchPrecision.Float16)], p => p.Item1);

    /// <summary>Adds the flags.</summary>
    /// <param name="flags">The flags of a verb.</param>
    /// <param name="get">The engine in the options.</param>
    /// <param name="set">The options with an engine; null for our own.</param>
    public static FlagSet<T> Device<T>(this FlagSet<T> flags, Func<T, IModuleEngine?> get, Func<T, IModuleEngine?, T> set) => flags
        .Add(Name, s_device,
            $"What computes: {Cpu} (default), our own engine; {Torch}{Cpu}, libtorch; or cuda and cuda:N, libtorch on the first or the N-th GPU. libtorch's native library is beside the program "
                + $"or in the folder of the variable {TorchLibrary.FolderVariable}.",
            (o, v) => set(o, v.Engine))
        .Add(Precision, s_precision, "What products and convolutions are computed in on another device: float32 (default), tf32, bfloat16 or float16.",
            (o, v) => set(o, get(o) is TorchEngine engine ? new TorchEngine(engine.Options with { Precision = v.Value }) : null))
        .Rule(given => given[Precision] is not null && given[Name] is null or Cpu
            ? $"{Precision} is of another engine, and ours computes in the model's own element type; give {Name} as well, or leave it out."
            : null);

    private static Named Read(string text)
    {
        if (text == Cpu)
        {
            return new Named(null);
        }

        try
        {
            return new Named(new TorchEngine(new TorchOptions { Device = text.StartsWith(Torch, StringComparison.Ordinal) ? text[Torch.Length..] : text }));
        }
        catch (OptionException)
        {
            throw new FormatException($"expected {Cpu}, {Torch}{Cpu}, cuda or cuda:N, got \"{text}\".");
        }
    }

    private sealed record Named(IModuleEngine? Engine);
}
