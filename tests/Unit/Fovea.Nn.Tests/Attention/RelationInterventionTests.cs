using Fovea.Attention;

namespace Fovea.Nn.Tests.Attention;

/// <summary>What comes out of an attention whose relation was replaced, against the same computed from its values.</summary>
public sealed class RelationInterventionTests
{
    // Sums of a few products in single precision.
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData(RelationChange.Identity)]
    [InlineData(RelationChange.Mean)]
    [InlineData(RelationChange.Off)]
    public void A_position_attention_gives_what_the_new_relation_makes_of_its_values(RelationChange change)
    {
        using TensorScope scope = TensorScope.Begin();
        var pam = new PositionAttention(8) { IdentityStart = false };
        Tensor x = Noise([2, 8, 3, 4]), values = pam.Children.Single(static c => c.Name == "value_conv").Value.Call(x);
        Tensor looked = change switch
        {
            RelationChange.Identity => values,
            RelationChange.Mean => values.Mean([2, 3], keepDim: true).Expand(2, 8, 3, 4),
            _ => Tensor.Zeros(x.Shape),
        };
        Tensor before = pam.Call(x), changed;
        using (RelationIntervention intervention = RelationIntervention.Begin(pam, change))
        {
            changed = pam.Call(x);
            Assert.Equal(1, intervention.Applied);
        }

        Near(x + looked, changed);
        Assert.Equal(before.ToArray<float>(), pam.Call(x).ToArray<float>());
    }

    [Fact]
    public void A_head_is_switched_off_alone()
    {
        using TensorScope scope = TensorScope.Begin();
        var attention = new MultiHeadAttention(8, 2);
        Module last = attention.Children.Single().Value;
        Tensor x = Noise([1, 5, 8]);
        Tensor? whole = null, without = null;
        using IDisposable listening = last.AfterCall((_, inputs, _) => (whole, without) = (without, TensorScope.Detach(inputs[0].Clone())));
        attention.Call(x);
        using (RelationIntervention.Begin(attention, RelationChange.Off, 1))
        {
            attention.Call(x);
        }

        for (int i = 0; i < 40; i++)
        {
            Assert.Equal(i % 8 < 4 ? whole!.AsSpan<float>()[i] : 0, without!.AsSpan<float>()[i]);
        }
    }

    [Fact]
    public async Task Others_who_run_the_module_at_the_same_time_see_it_whole()
    {
        using TensorScope scope = TensorScope.Begin();
        var attention = new MultiHeadAttention(8, 2);
        Tensor x = Noise([1, 5, 8]);
        float[] whole = attention.Call(x).ToArray<float>();
        using var begun = new ManualResetEventSlim();
        using var seen = new ManualResetEventSlim();
        Task other;
        using (ExecutionContext.SuppressFlow())
        {
            other = Task.Run(
                () =>
                {
                    begun.Wait(TestContext.Current.CancellationToken);
                    Assert.Equal(whole, attention.Call(x).ToArray<float>());
                    seen.Set();
                },
                TestContext.Current.CancellationToken);
        }

        using (RelationIntervention.Begin(attention, RelationChange.Off))
        {
            begun.Set();
            await other;
            Assert.NotEqual(whole, attention.Call(x).ToArray<float>());
        }
    }

    [Fact]
    public void What_cannot_be_replaced_is_refused_or_not_applied()
    {
        using TensorScope scope = TensorScope.Begin();
        var attention = new MultiHeadAttention(8, 2);
        using (RelationIntervention.Begin(attention, RelationChange.Off, 2))
        {
            Assert.Contains("0 … 1", Assert.Throws<OptionException>(() => attention.Call(Noise([1, 5, 8]))).Message, StringComparison.Ordinal);
        }

        var cross = new MultiHeadAttention(8, 2) { Cross = true };
        using (RelationIntervention.Begin(cross, RelationChange.Identity))
        {
            Assert.Throws<OptionException>(() => cross.Call(Noise([1, 5, 8]), Noise([1, 6, 8])));
        }

        var gate = new SqueezeExcitation(16);
        using RelationIntervention none = RelationIntervention.Begin(gate, RelationChange.Off);
        gate.Call(Noise([1, 16, 4, 4]));
        Assert.Equal(0, none.Applied);
    }

    private static Tensor Noise(Shape shape)
    {
        Tensor x = Tensor.Empty(shape);
        new Generator(11).FillNormal(x.AsSpan<float>());
        return x;
    }

    private static void Near(Tensor expected, Tensor actual) =>
        Assert.All(expected.ToArray<float>().Zip(actual.ToArray<float>()), static p => Assert.Equal(p.First, p.Second, Tolerance));
}
