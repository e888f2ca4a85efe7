namespace FromPyTorch;

/// <summary>Single lines, one under the other in the order of the page.</summary>
internal static class Words
{
    /// <summary>Tensors and what is done with them.</summary>
    /// <returns>What the last line gives.</returns>
    public static double Tensors(Tensor x, Tensor labels, Tensor mask)
    {
        #region Tensors
        Tensor a = Tensor.Zeros([2, 3]);
        a = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]);
        a = x.Reshape(x.Shape[0], -1);
        a = x.Permute(0, 2, 3, 1);
        a = x.Narrow(1, 0, 4);
        a = x.Slice(2, start: 0, step: 2);
        a = x.Max(1, keepDim: true);
        a = x.Var([2, 3], unbiased: false);
        a = x.MaskedFill(mask, 0);
        a = mask.Where(x, -x);
        a = x.UpsampleNearest2d((8, 8));
        a = x.Mean([2, 3]).LogSoftmax(1);
        float[] numbers = a.ToArray<float>();
        Tensor loss = a.CrossEntropy(labels, labelSmoothing: 0.1);
        double value = loss.Item();
        #endregion
        return value + numbers.Length;
    }

    /// <summary>Modules and the tape.</summary>
    /// <returns>The output in evaluation.</returns>
    public static Tensor Modules(Module model, Tensor x)
    {
        #region Modules
        int count = model.Parameters().Sum(p => p.Elements);
        model.To(DType.Float64).To(DType.Float32);
        foreach ((string name, Tensor p) in model.NamedParameters())
        {
            p.RequiresGrad = !name.StartsWith("conv");
        }

        model.Train();
        model.Eval();
        using (GradMode.NoGrad())
        {
            return model.Call(x);
        }
        #endregion
    }
}
