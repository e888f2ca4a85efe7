namespace Fovea.Compilation;

/// <summary>
/// A rewriting of programs from outside: to swap an activation, to put quantised layers in the place of layers, to note something down.
/// See <see cref="CompileOptions.Passes"/>.
/// </summary>
public interface ICompilePass
{
    /// <summary>
    /// Rewrites a program, before norms are folded and ops fused. It runs once for every batch that is planned, and does the same each time;
    /// the numbers of constants are there the first time only (<see cref="Program.Constant"/> keeps what is made of them).
    /// </summary>
    /// <param name="program">What the model computes.</param>
    void Run(Program program);
}
