namespace Fovea.Contract.Tests.Ops;

/// <summary>Runs cases and compares what comes out.</summary>
internal static class Passes
{
    /// <summary>The forward pass without a tape.</summary>
    public static Tensor[] Forward(OpCase c, Tensor[] inputs)
    {
        using (GradMode.NoGrad())
        {
            return Op.RunAll(c.Op, inputs);
        }
    }

    /// <summary>Forward and backward: the outputs, and the gradients of the inputs asked for (null for the others).</summary>
    public static (Tensor[] Outputs, Tensor?[] Grads) Backward(OpCase c, Tensor[] inputs, Func<int, bool> needs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i].ClearGrad();
            inputs[i].RequiresGrad = needs(i) && c.IsDifferentiable(i, inputs[i]);
        }

        Tensor[] outputs = Op.RunAll(c.Op, inputs);
        Tensor[] cotangents = Cotangents(c, outputs);
        for (int o = 0; o < outputs.Length; o++)
        {
            if (outputs[o].RequiresGrad)
            {
                // All but the last keep the tape: each output sends its own share.
                outputs[o].Backward(cotangents[o], retainGraph: !IsLastToSend(outputs, o));
            }
        }

        return (outputs, [.. inputs.Select(t => t.RequiresGrad ? t.Grad : null)]);
    }

    /// <summary>Fixed random numbers, one per element of each output: the gradient that comes from above.</summary>
    public static Tensor[] Cotangents(OpCase c, Tensor[] outputs)
    {
        var generator = new Generator(99);
        return [.. outputs.Select(y =>
        {
            double[] values = new double[y.Elements];
            generator.FillUniform<double>(values, -1, 1);
            return Tensor.From(Array.ConvertAll(values, v => (double)(float)v), y.Shape).To(y.DType.IsFloating() ? y.DType : DType.Float64);
        })];
    }

    /// <summary>max |a − b| / max |b|, or the absolute error where b is (nearly) nothing.</summary>
    public static double Error(double[] got, double[] expected)
    {
        Assert.Equal(expected.Length, got.Length);
        double worst = 0;
        double largest = 0;
        for (int i = 0; i < got.Length; i++)
        {
            if (double.IsNaN(expected[i]) || double.IsInfinity(expected[i]))
            {
                Assert.Equal(expected[i], got[i]);
                continue;
            }

            double error = Math.Abs(got[i] - expected[i]);
            worst = error > worst || double.IsNaN(error) ? error : worst;
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }

        return largest > 1e-6 ? worst / largest : worst;
    }

    private static bool IsLastToSend(Tensor[] outputs, int o)
    {
        for (int later = o + 1; later < outputs.Length; later++)
        {
            if (outputs[later].RequiresGrad)
            {
                return false;
            }
        }

        return true;
    }
}
