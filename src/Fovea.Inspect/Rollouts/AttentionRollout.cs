using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>
/// Attention rollout: <c>R = Ã_L · … · Ã_1</c> with <c>Ã_l = rows of (A_l + I) over their sums</c>, where A_l is the mean of the heads (or their
/// largest or smallest): which tokens of the input the class token, or the mean of the tokens, is mixed from. It asks for no class.
/// <para>Source: Abnar and Zuidema, "Quantifying Attention Flow in Transformers", 2020. The heads' maximum and minimum, and the share of the
/// smallest weights that count as 0, are Gildenblat's additions for vision transformers; the share is of all weights of a layer.</para>
/// </summary>
/// <param name="options">Heads, and the share to discard; null for the defaults.</param>
public sealed class AttentionRollout(MapMethodOptions? options = null) : IMapMethod
{
    private readonly MapMethodOptions _options = Checked(options ?? MapMethodOptions.Default);

    /// <inheritdoc/>
    public string Name => "attention-rollout";

    /// <inheritdoc/>
    /// <exception cref="OptionException">The model is no transformer whose tokens lie on a grid.</exception>
    public IReadOnlyList<ScalarMap> Explain(
        Module model, Tensor images, ITarget target, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        var meter = new WorkMeter(progress, cancellation);
        meter.Begin(WorkStage.Running, 1);
        using var look = new ModelLook(model);
        using ModelMaps maps = ModelMaps.Record(look, images, look.Run);
        TokenRelations tokens = TokenRelations.Of(Name, model, maps.Sites);
        meter.Check();
        ScalarMap[] made = [.. Enumerable.Range(0, images.Shape[0]).Select(n => tokens.Map(Name, tokens.Product((relation, _) => Fused(tokens, relation, n), normalizes: true)))];
        meter.End();
        return made;
    }

    private static MapMethodOptions Checked(MapMethodOptions options) => options.DiscardRatio is >= 0 and < 1
        ? options
        : throw new OptionException("attention-rollout", $"discard ratio: expected 0 to less than 1, got {options.DiscardRatio}.");

    private double[] Fused(TokenRelations tokens, RelationMap relation, int sample)
    {
        double[] weights = tokens.Rows((row, fused) =>
        {
            for (int head = 0; head < relation.Heads; head++)
            {
                float[] one = relation.Row(sample, head, row);
                for (int j = 0; j < one.Length; j++)
                {
                    fused[j] = head == 0 ? one[j] : _options.HeadFusion switch
                    {
                        HeadFusion.Max => Math.Max(fused[j], one[j]),
                        HeadFusion.Min => Math.Min(fused[j], one[j]),
                        _ => fused[j] + one[j],
                    };
                }
            }

            for (int j = 0; j < fused.Length && _options.HeadFusion == HeadFusion.Mean; j++)
            {
                fused[j] /= relation.Heads;
            }
        });
        foreach (int smallest in Enumerable.Range(0, weights.Length).OrderBy(i => weights[i]).Take((int)(weights.Length * _options.DiscardRatio)).ToArray())
        {
            weights[smallest] = 0;
        }

        return weights;
    }
}
