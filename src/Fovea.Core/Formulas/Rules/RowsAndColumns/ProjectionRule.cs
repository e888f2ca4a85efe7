using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary>
/// The planes' means and a 1×1 convolution to few channels, in inference with batch norm and ReLU behind it, in one read: what a gate of
/// two branches begins with.
/// </summary>
internal sealed class ProjectionRule : FusionRule
{
    // Of more channels the convolution is arithmetic rather than a read of the maps, and has better kernels.
    private const int MostChannels = 32;

    public override IEnumerable<Fusion> Propose(Step step)
    {
        Step? conv = step.Op is BatchNormInferenceOp ? step.Inputs[0].Producer : step;
        if (conv is not { Op: Conv2dOp, Inputs: [{ } x, { } weight, { } bias] } || weight.Spec.Shape[0] > MostChannels
            || !x.Users.Any(u => u.Op is MeanOp))
        {
            yield break;
        }

        yield return step.Op is BatchNormInferenceOp norm
            ? new Fusion(new ProjectedMeansOp(norm.Epsilon), [x, weight, bias, .. step.Inputs[1..]])
            : new Fusion(new ProjectionOp(), [x, weight, bias]);
    }
}
