using System.Globalization;

namespace Fovea.Io.PyTorch;

/// <summary>A container of the file and how it is reached. Only the last step is kept with each, so that long keys are not copied.</summary>
/// <param name="Parent">What holds it; null for the file's own value.</param>
/// <param name="Name">Its key, or its position in a list or a tuple.</param>
/// <param name="Value">The container.</param>
internal sealed record StatePath(StatePath? Parent, string Name, PickleValue Value)
{
    // Every step of a usual path is one of these. The earlier is preferred.
    private static readonly string[] s_usual =
        ["state_dict", "model_state_dict", "model_state", "model", "module", "net", "network", "weights", "params", "state", "checkpoint", "ckpt"];

    // What a training script keeps beside its models, in tensors as well.
    private static readonly string[] s_bookkeeping = ["optim", "sched", "lr_sched", "scaler", "grad_scaler", "amp", "rng", "random", "callbacks", "loops"];

    /// <summary>How many steps lead here.</summary>
    public int Depth { get; } = Parent is null ? 0 : Parent.Depth + 1;

    /// <summary>The steps joined by dots.</summary>
    public string Key => string.Join('.', Steps().Select(s => s.Name));

    /// <summary>Whether the names on the way are those that training scripts give to a model's weights.</summary>
    public bool IsUsual => Ranks().All(r => r >= 0) && (Parent is null || Ranks().Any());

    /// <summary>Whether the names say that it is no model: an optimizer's state, a generator of random numbers.</summary>
    public bool IsBookkeeping => Steps().Any(s => Array.Exists(s_bookkeeping, b => s.Name.StartsWith(b, StringComparison.OrdinalIgnoreCase)));

    /// <summary>What a usual path is ordered by: the shorter first, then by the names.</summary>
    public string Order => string.Create(CultureInfo.InvariantCulture, $"{Depth:D3}:{string.Join(',', Ranks().Select(r => r.ToString("D2", CultureInfo.InvariantCulture)))}");

    public StatePath Step(string name, PickleValue value) => new(this, name, value);

    /// <summary>The steps from the file's own value to here, without the file itself.</summary>
    public IEnumerable<StatePath> Steps()
    {
        var steps = new Stack<StatePath>();
        for (StatePath at = this; at.Parent is not null; at = at.Parent)
        {
            steps.Push(at);
        }

        return steps;
    }

    // A position says nothing about what is there.
    private IEnumerable<int> Ranks() => Steps().Where(s => s.Parent!.Value is not PickleSequence).Select(s => Array.IndexOf(s_usual, s.Name));
}
