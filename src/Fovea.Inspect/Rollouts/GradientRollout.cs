using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>
/// Gradient-weighted rollout: <c>R = (I + Ā_L) · … · (I + Ā_1)</c> with <c>Ā_l = mean over heads of ReLU(∂s/∂A_l ⊙ A_l)</c>: which tokens of the
/// input the target's score s was mixed from, where more attention would raise it.
/// <para>Source: Chefer et al., "Generic Attention-Model Explainability for Interpreting Bi-Modal and Encoder-Decoder Transformers", 2021, of
/// which this is the rule for self-attention, <c>R ← R + Ā R</c>.</para>
/// </summary>
public sealed class GradientRollout : IMapMethod
{
    /// <inheritdoc/>
    public string Name => "gradient-rollout";

    /// <inheritdoc/>
    /// <exception cref="OptionException">The model is no transformer whose tokens lie on a grid, or the target does not depend on them.</exception>
    /// <exception cref="ShapeException">The output holds no such target.</exception>
    public IReadOnlyList<ScalarMap> Explain(
        Module model, Tensor images, ITarget target, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(target);
        var meter = new WorkMeter(progress, cancellation);
        meter.Begin(WorkStage.Running, 1);
        using var look = new ModelLook(model);
        Tensor? scores = null;
        using ModelMaps maps = ModelMaps.Record(look, images, x =>
        {
            Tensor output = look.RunOnTape(x).Output;
            scores = target.Score(output);
            return output;
        });
        TokenRelations tokens = TokenRelations.Of(Name, model, maps.Sites);
        meter.Check();
        Tensor?[] gradients = look.Gradients(scores!, [.. tokens.Layers.Select(s => s.Relation!.Output!)]);
        ScalarMap[] made = Array.TrueForAll(gradients, static g => g is null)
            ? throw new OptionException(Name, "the target does not depend on the attention of the model's tokens.")
            : [.. Enumerable.Range(0, images.Shape[0]).Select(n => tokens.Map(Name, tokens.Product(
                (relation, layer) => Weighted(tokens, relation, gradients[layer], n), normalizes: false)))];
        meter.End();
        return made;
    }

    private static double[] Weighted(TokenRelations tokens, RelationMap relation, Tensor? gradient, int sample) => tokens.Rows((row, mean) =>
    {
        for (int head = 0; gradient is not null && head < relation.Heads; head++)
        {
            float[] weights = relation.Row(sample, head, row);
            float[] slopes = relation.RowGradient(sample, head, row, gradient);
            for (int j = 0; j < weights.Length; j++)
            {
                mean[j] += Math.Max((double)weights[j] * slopes[j], 0) / relation.Heads;
            }
        }
    });
}
