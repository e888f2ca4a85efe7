namespace Fovea.Attention;

/// <summary>
/// Collects the maps of every mechanism that runs while it is open. Without one, mechanisms make no map and lose no time; with one,
/// their output is the same bit for bit.
/// </summary>
/// <example>
/// <code>
/// using var recorder = AttentionRecorder.Begin();
/// model.Call(image);
/// foreach (var (module, map) in recorder.Maps) { … }
/// </code>
/// </example>
public sealed class AttentionRecorder : IDisposable
{
    private readonly Publications? _before = Publications.Current;
    private readonly Publications _published = new();

    private AttentionRecorder()
    {
    }

    /// <summary>The maps so far, in the order they were made.</summary>
    public IReadOnlyList<(Module Module, AttentionMap Map)> Maps => [.. _published.All.Select(p => (p.Module, (AttentionMap)p.What))];

    /// <summary>Whether maps are wanted.</summary>
    public static bool IsActive => Publications.Current is not null;

    /// <summary>Begins to collect, until the recorder is disposed.</summary>
    public static AttentionRecorder Begin()
    {
        var recorder = new AttentionRecorder();
        Publications.Current = recorder._published;
        return recorder;
    }

    /// <summary>Stops collecting. The maps stay readable.</summary>
    public void Dispose() => Publications.Current = _before;

    /// <summary>Hands a map to the recorder, if there is one. Ask <see cref="IsActive"/> first, so that no map is made in vain.</summary>
    public static void Publish(Module module, AttentionMap map) => Publications.Current?.All.Add((module, map));

    /// <summary>Shares a tensor's memory beyond the scope that owns it and off the tape, for use in a map.</summary>
    public static Tensor Share(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return Publications.Share(tensor);
    }
}
