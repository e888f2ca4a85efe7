namespace Fovea.Training;

/// <summary>A weighted sum of losses over the same logits and targets, such as cross entropy and Dice.</summary>
public sealed class SumLoss : Loss
{
    private readonly (double Weight, Loss Loss)[] _parts;

    /// <summary>Creates the sum.</summary>
    /// <param name="parts">The losses with their weights, at least one.</param>
    /// <exception cref="OptionException">There is none.</exception>
    public SumLoss(params (double Weight, Loss Loss)[] parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts.Length > 0 ? parts : throw new OptionException("sum", "expected at least one loss.");
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor logits, Tensor targets)
    {
        Tensor sum = _parts[0].Loss.Forward(logits, targets) * _parts[0].Weight;
        foreach ((double weight, Loss loss) in _parts.AsSpan(1))
        {
            sum += loss.Forward(logits, targets) * weight;
        }

        return sum;
    }
}
