using Fovea.Torch;

namespace Fovea.Cli.Flags;

/// <summary><c>--device</c>, and how another engine computes: <c>--precision</c>, <c>--channels-last</c>, <c>--deterministic</c>.</summary>
internal static class DeviceFlag
{
    /// <summary>Our own engine, on the processor.</summary>
    public const string Cpu = "cpu";

    private const string Torch = "torch:";
    private const string Name = "--device";
    private const string Precision = "--precision";
    private const string ChannelsLast = "--channels-last";
    private const string Deterministic = "--deterministic";

    /// <summary>The flags' names.</summary>
    public static IReadOnlyList<string> Names { get; } = [Name, Precision, ChannelsLast, Deterministic];

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
            (o, v) => With(o, get, set, options => options with { Precision = v.Value }))
        .AddSwitch(ChannelsLast, "Have maps lie with their channels innermost on another device: often faster on a GPU.", (o, on) => With(o, get, set, options => options with { ChannelsLast = on }))
        .AddSwitch(Deterministic, "Have another device take kernels that give the same bits on every run, where it has them, and warn where not; our own engine always does.",
            (o, on) => With(o, get, set, options => options with { Deterministic = on }))
        .Rule(given => IsOurs(given) && given[Precision] is not null
            ? $"{Precision} is of another engine, and ours computes in the model's own element type; give {Name} as well, or leave it out."
            : null)
        .Rule(given => IsOurs(given) && given[ChannelsLast] is not null
            ? $"{ChannelsLast} is of another engine, and ours lays maps out as its kernels want them; give {Name} as well, or leave it out."
            : null);

    private static bool IsOurs(GivenFlags given) => given[Name] is null or Cpu;

    private static T With<T>(T options, Func<T, IModuleEngine?> get, Func<T, IModuleEngine?, T> set, Func<TorchOptions, TorchOptions> change) =>
        get(options) is TorchEngine engine ? set(options, new TorchEngine(change(engine.Options))) : options;

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
