using System.Text.Json.Serialization;

namespace Fovea.Bench.Compare;

/// <summary>One measured row.</summary>
/// <param name="Group">Its part of the comparison.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Shape">Of the input.</param>
/// <param name="Pass">What a step does.</param>
/// <param name="When">When it was measured, in UTC.</param>
/// <param name="Target">What it should reach.</param>
/// <param name="Times">Of each engine.</param>
/// <param name="Differences">Of each engine's numbers from Fovea's, against the largest of them.</param>
/// <param name="Tolerance">What the differences may be.</param>
internal sealed record Result(
    string Group,
    string Name,
    int[] Shape,
    string Pass,
    DateTime When,
    Target Target,
    Dictionary<string, EngineTime> Times,
    Dictionary<string, double> Differences,
    double Tolerance)
{
    private static readonly string[] s_pytorch = [Engines.Eager, Engines.Script];
    private static readonly string[] s_libTorch = [Engines.LibTorch, Engines.LibTorchFused];

    /// <summary>Fovea's times.</summary>
    [JsonIgnore]
    public EngineTime Ours => Times[Engines.Fovea];

    /// <summary>The fastest peer's time over Fovea's.</summary>
    public Ratio? BestPeer => Against([.. Times.Keys.Where(e => !Engines.IsOurs(e))]);

    /// <summary>PyTorch's time, by the faster of its ways, over Fovea's.</summary>
    public Ratio? PyTorch => Against([.. Times.Keys.Intersect(s_pytorch)]);

    /// <summary>libtorch's time, by the faster of its ways, over Fovea's.</summary>
    public Ratio? LibTorch => Against([.. Times.Keys.Intersect(s_libTorch)]);

    /// <summary>ONNX Runtime's time over Fovea's.</summary>
    public Ratio? OnnxRuntime => Against([.. Times.Keys.Where(e => e == Engines.OnnxRuntime)]);

    /// <summary>Whether the engines computed the same.</summary>
    public bool Agrees => Differences.Values.All(d => d <= Tolerance);

    /// <summary>Whether the targets that could be measured are reached, on the fastest steps.</summary>
    public bool Reached => Holds(Target.Best, BestPeer) && Holds(Target.PyTorch, PyTorch) && Holds(Target.OnnxRuntime, OnnxRuntime);

    /// <summary>The same as a word for the tables.</summary>
    public string Verdict => !Target.IsSet ? "–" : Reached ? "yes" : "**no**";

    private static bool Holds(double? target, Ratio? ratio) => target is null || ratio is null || ratio.OfMinima >= target;

    private Ratio? Against(string[] engines) => engines.Length == 0
        ? null
        : new(Math.Round(engines.Min(e => Times[e].MinMs) / Ours.MinMs, 3), Math.Round(engines.Min(e => Times[e].MedianMs) / Ours.MedianMs, 3));
}

/// <summary>How many times faster Fovea is.</summary>
/// <param name="OfMinima">By the fastest steps.</param>
/// <param name="OfMedians">By the middle ones.</param>
internal sealed record Ratio(double OfMinima, double OfMedians);
