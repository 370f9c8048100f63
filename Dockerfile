# The app and nothing else: no tests, no compilers, no root.
#   docker build -t mlm . && docker run --rm -p 8501:8501 mlm
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    HOME=/home/app

RUN useradd --create-home --home-dir /home/app --uid 1000 app
WORKDIR /app

COPY requirements.txt .
RUN pip install --requirement requirements.txt

COPY .streamlit/config.toml .streamlit/config.toml
COPY app.py ./
COPY pages pages
COPY data data
COPY mlm_core mlm_core
RUN python -m compileall -q app.py pages mlm_core

USER app
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import sys, urllib.request as u; sys.exit(u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4).status != 200)"]

# Inside the container every interface is meant, and the host's name is not known; serverAddress is
# the name people type.
CMD ["python", "-m", "streamlit", "run", "app.py", \
     "--server.address=0.0.0.0", "--server.port=8501", "--server.allowedHosts=*", "--browser.serverAddress=localhost"]
