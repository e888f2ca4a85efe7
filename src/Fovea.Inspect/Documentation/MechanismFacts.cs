using System.Globalization;
using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>What a mechanism costs with its default options at a usual place of a ResNet, for its card on paper and on the screen.</summary>
/// <param name="Input">Shape of the (first) input that it was counted on.</param>
/// <param name="Output">Shape of the output.</param>
/// <param name="Count">Parameters and arithmetic.</param>
/// <param name="State">Names and shapes of its parameters and buffers there.</param>
public sealed record MechanismFacts(Shape Input, Shape Output, ModelCount Count, IReadOnlyList<(string Name, Shape Shape, bool IsParameter)> State)
{
    // A mechanism that holds a matrix over all pairs of positions is counted on a map of a quarter of the positions.
    private const long LargestTied = 8_000_000;

    private static readonly SlotShape s_usual = new(256, 56, 56);
    private static readonly SlotShape s_small = new(256, 28, 28);
    private static readonly SlotShape s_images = new(3, 224, 224);

    /// <summary>Builds the mechanism at [1, 256, 56, 56] and counts; see <see cref="Input"/> for where another shape was needed.</summary>
    /// <param name="entry">Its line of the catalogue.</param>
    /// <exception cref="OptionException">It fits no place that was tried.</exception>
    public static MechanismFacts Of(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        OptionException? refusal = null;
        foreach (SlotShape slot in (SlotShape[])[s_usual, s_small, s_images])
        {
            using TensorScope scope = TensorScope.Begin();
            try
            {
                Module module = entry.CreateFor(slot);
                if (slot == s_usual && entry.Card.Family == Family.Relation && module.Parameters().Sum(p => (long)p.Elements) > LargestTied)
                {
                    continue;
                }

                return Measure(module, ExampleInputs.For(entry.Card, 1, slot));
            }
            catch (OptionException e)
            {
                refusal ??= e;
            }
        }

        throw refusal!;
    }

    /// <summary>The shape and the counts as one line: <c>at [1, 256, 56, 56]: 8,290 parameters, …</c></summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"at {Input}: {Count.Parameters:N0} parameters, {Count.MultiplyAdds:N0} multiply-adds, {Count.Flops:N0} FLOPs");

    private static MechanismFacts Measure(Module module, Tensor[] inputs)
    {
        Graph graph = Tracing.Run(module, inputs);
        var facts = new MechanismFacts(inputs[0].Shape, graph.Values[graph.Outputs[0]].Shape, ModelCount.Of(module, graph),
        [
            .. module.NamedParameters().Select(p => (p.Name, p.Value.Shape, true)),
            .. module.NamedBuffers().Select(b => (b.Name, b.Value.Shape, false)),
        ]);

        // Some are large, and a page a mechanism would keep them all until the collector comes.
        foreach (Tensor state in (Tensor[])[.. module.Parameters(), .. module.NamedBuffers().Select(b => b.Value)])
        {
            state.Dispose();
        }

        return facts;
    }
}
