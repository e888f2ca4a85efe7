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
    private static readonly AsyncLocal<AttentionRecorder?> s_current = new();
    private readonly AttentionRecorder? _before = s_current.Value;
    private readonly List<(Module Module, AttentionMap Map)> _maps = [];

    private AttentionRecorder()
    {
    }

    /// <summary>The maps so far, in the order they were made.</summary>
    public IReadOnlyList<(Module Module, AttentionMap Map)> Maps => _maps;

    /// <summary>Whether maps are wanted.</summary>
    public static bool IsActive => s_current.Value is not null;

    /// <summary>Begins to collect, until the recorder is disposed.</summary>
    public static AttentionRecorder Begin()
    {
        var recorder = new AttentionRecorder();
        s_current.Value = recorder;
        return recorder;
    }

    /// <summary>Stops collecting. The maps stay readable.</summary>
    public void Dispose() => s_current.Value = _before;

    /// <summary>Hands a map to the recorder, if there is one. Ask <see cref="IsActive"/> first, so that no map is made in vain.</summary>
    public static void Publish(Module module, AttentionMap map) => s_current.Value?._maps.Add((module, map));

    /// <summary>Shares a tensor's memory beyond the scope that owns it and off the tape, for use in a map.</summary>
    public static Tensor Share(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return TensorScope.Detach(tensor.Detach());
    }
}
