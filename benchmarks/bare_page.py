"""The least a slider can take: Streamlit by itself, one slider, one sentence, one small figure.

Run by :mod:`benchmarks.app_times`, so that the lessons' times can be held against what the machine
and the framework take.
"""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

X = np.linspace(-4.0, 4.0, 200)


@st.fragment
def bare() -> None:
    """Show a slider, its value, and a curve that moves with it."""
    mean = st.slider("Mean", -4.0, 4.0, 0.0, 0.1)
    with st.container(key="answer"):
        st.markdown(f"The mean is {mean}.")
    st.plotly_chart(go.Figure(go.Scatter(x=X, y=np.exp(-((X - mean) ** 2) / 2.0))), key="curve")


bare()
