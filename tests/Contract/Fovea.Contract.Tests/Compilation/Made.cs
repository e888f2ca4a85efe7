namespace Fovea.Contract.Tests.Compilation;

/// <summary>A module that is a function.</summary>
internal sealed class Made(Func<Tensor, Tensor> function) : Module
{
    protected override Tensor Forward(Tensor x) => function(x);
}
