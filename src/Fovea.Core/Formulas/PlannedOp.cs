namespace Fovea.Formulas;

/// <summary>One op of a <see cref="FormulaPlan"/>.</summary>
/// <param name="Op">The op.</param>
/// <param name="Path">The module that it came from, below the one whose formula it is.</param>
/// <param name="Inputs">Where what it reads lies.</param>
/// <param name="Outputs">Where what it makes is put.</param>
/// <param name="Done">What nobody reads any more behind it.</param>
/// <param name="IsAside">Whether it makes a map for a recorder alone, off the tape.</param>
internal sealed record PlannedOp(Op Op, string Path, int[] Inputs, int[] Outputs, int[] Done, bool IsAside)
{
    /// <summary>Runs the op.</summary>
    /// <param name="values">All values of the call.</param>
    /// <param name="traced">Whether the ops are recorded: then their tensors live as long as the scope around the call.</param>
    public void Run(Tensor[] values, bool traced)
    {
        using IDisposable? part = traced && Path.Length > 0 ? Graph.Enter(Path) : null;
        using IDisposable? still = IsAside ? GradMode.NoGrad() : null;
        var inputs = new Tensor[Inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = values[Inputs[i]];
        }

        Tensor[] outputs = Op.RunOwned(Op, inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            values[Outputs[i]] = outputs[i];
        }

        if (!traced)
        {
            foreach (int slot in Done)
            {
                values[slot].Dispose();
            }
        }
    }
}
