namespace Fovea.Attention;

/// <summary>What takes the place of a relation.</summary>
public enum RelationChange
{
    /// <summary>Every position looks at itself alone: its own value comes out.</summary>
    Identity,

    /// <summary>Every position looks at all alike: the mean of the values comes out.</summary>
    Mean,

    /// <summary>Nobody looks at anything: zeros come out.</summary>
    Off,
}

/// <summary>
/// Replaces the softmax relation of one module (of its heads, or of one of them) while it is open, to see what depends on it. It holds in the flow
/// of control that opened it and in those that it starts: others who run the same model at the same time see it as it is.
/// </summary>
/// <remarks>
/// Relations that are no softmax of products (criss-cross, the point-wise ones, products and sums) know nothing of it: see <see cref="Applied"/>. The
/// maps that a recorder shows are those of the relation itself.
/// </remarks>
public sealed class RelationIntervention : IDisposable
{
    private static readonly AsyncLocal<RelationIntervention?> s_current = new();
    private readonly RelationIntervention? _around = s_current.Value;
    private readonly Module _owner;
    private readonly RelationChange _change;
    private readonly int? _head;
    private int _applied;

    private RelationIntervention(Module owner, RelationChange change, int? head) => (_owner, _change, _head) = (owner, change, head);

    /// <summary>How often a relation was replaced so far; 0 where the module has none that can be.</summary>
    public int Applied => Volatile.Read(ref _applied);

    /// <summary>Begins to replace, until the returned value is disposed; inside others, which hold for other modules.</summary>
    /// <param name="owner">The module that publishes the relation.</param>
    /// <param name="change">What takes its place.</param>
    /// <param name="head">The head that is changed, from 0; null for all.</param>
    public static RelationIntervention Begin(Module owner, RelationChange change, int? head = null)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentOutOfRangeException.ThrowIfNegative(head ?? 0, nameof(head));
        var made = new RelationIntervention(owner, change, head);
        s_current.Value = made;
        return made;
    }

    /// <summary>Ends it.</summary>
    public void Dispose() => s_current.Value = _around;

    /// <summary>The innermost one for a module, or null.</summary>
    internal static RelationIntervention? Of(Module owner)
    {
        RelationIntervention? found = s_current.Value;
        while (found is not null && !ReferenceEquals(found._owner, owner))
        {
            found = found._around;
        }

        return found;
    }

    /// <summary>What comes out of an attention instead of its output.</summary>
    /// <exception cref="OptionException">There is no such head, or the identity was asked for where queries and keys are other positions.</exception>
    internal Tensor Apply(Tensor output, Tensor values, AttentionLayout layout, int heads)
    {
        if (_head >= heads)
        {
            throw new OptionException("ablation", $"head: expected 0 … {heads - 1} at this site, got {_head}.");
        }

        Interlocked.Increment(ref _applied);
        Tensor instead = _change switch
        {
            RelationChange.Off => Tensor.Zeros(output.Shape, output.DType),
            RelationChange.Mean => values.Mean(Positions(layout, values.Rank), keepDim: true).Expand(output.Shape.Lengths),
            _ when values.Shape == output.Shape => values,
            _ => throw new OptionException("ablation",
                $"identity: {output.Shape} comes out of values {values.Shape}, so no position has a value of its own; take the mean, or switch the relation off."),
        };
        if (_head is not { } head || heads == 1)
        {
            return instead;
        }

        Tensor chosen = Features(layout, output, heads, head);
        return output * (1 - chosen) + (instead * chosen);
    }

    private static int[] Positions(AttentionLayout layout, int rank) => layout switch
    {
        AttentionLayout.Maps => [.. Enumerable.Range(2, rank - 2)],
        AttentionLayout.Tokens => [1],
        _ => [rank - 2],
    };

    /// <summary>1 for the features of a head, 0 for the others, of a shape that broadcasts to the output.</summary>
    private static Tensor Features(AttentionLayout layout, Tensor output, int heads, int head)
    {
        int axis = layout switch { AttentionLayout.Maps => 1, AttentionLayout.Tokens => 2, _ => output.Rank - 3 };
        int[] lengths = new int[output.Rank];
        Array.Fill(lengths, 1);
        lengths[axis] = output.Shape[axis];
        int each = lengths[axis] / heads;
        Tensor chosen = Tensor.Zeros(new Shape(lengths), output.DType);
        for (int i = head * each; i < (head + 1) * each; i++)
        {
            if (output.DType == DType.Float64)
            {
                chosen.AsSpan<double>()[i] = 1;
            }
            else
            {
                chosen.AsSpan<float>()[i] = 1;
            }
        }

        return chosen;
    }
}
